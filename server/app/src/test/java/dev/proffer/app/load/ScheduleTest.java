// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {
  static Stream<Schedule> schedules() {
    return Stream.of(
        new Schedule.Constant(50, 4),
        new Schedule.Line(10, 100, 6),
        new Schedule.Line(100, 10, 6),
        new Schedule.Line(30, 30, 2),
        new Schedule.Steps(10, 50, 20, 2));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void eachRequestIsDueWhenAsManyAreDueBeforeIt(Schedule schedule) {
    long before = -1;
    for (int number = 0; number < schedule.count(); number++) {
      long due = schedule.dueNanos(number);
      assertThat(due).isGreaterThan(before);
      assertThat(schedule.dueBy(due / 1e9)).isCloseTo(number, within(1e-4));
      before = due;
    }
    assertThat(before / 1e9).isLessThan(schedule.seconds());
  }

  @Test
  void stepsAddUp() {
    Schedule steps = new Schedule.Steps(10, 50, 20, 2);
    assertThat(steps.seconds()).isEqualTo(6);
    assertThat(steps.count()).isEqualTo(2 * (10 + 30 + 50));
    assertThat(steps.describe()).isEqualTo("10/s to 50/s by 20, 2 s each");
  }

  @Test
  void whatCannotBeIsRefusedByName() {
    assertThatThrownBy(() -> new Schedule.Constant(0, 1)).hasMessageContaining("rate: 0");
    assertThatThrownBy(() -> new Schedule.Constant(1, Double.NaN)).hasMessageContaining("seconds:");
    assertThatThrownBy(() -> new Schedule.Steps(50, 10, 10, 1)).hasMessageContaining("step:");
  }
}
