// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The dependency rules of ARCHITECTURE.md.
@AnalyzeClasses(packages = "dev.proffer", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String PROTO = "dev.proffer.proto..";
  private static final String RUNTIME = "dev.proffer.runtime..";
  private static final String FEATURE_STORE = "dev.proffer.featurestore..";
  private static final String RANKER = "dev.proffer.ranker..";
  private static final String CHATBOT = "dev.proffer.chatbot..";
  private static final String APP = "dev.proffer.app..";

  @ArchTest
  static final ArchRule THE_CONTRACT_KNOWS_NOTHING_OF_US =
      noClasses()
          .that()
          .resideInAPackage(PROTO)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RUNTIME, FEATURE_STORE, RANKER, CHATBOT, APP);

  @ArchTest
  static final ArchRule THE_RUNTIME_KNOWS_NO_SERVICE =
      noClasses()
          .that()
          .resideInAPackage(RUNTIME)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(FEATURE_STORE, RANKER, CHATBOT, APP);

  @ArchTest
  static final ArchRule THE_FEATURE_STORE_SEES_NO_OTHER_SERVICE =
      noClasses()
          .that()
          .resideInAPackage(FEATURE_STORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RANKER, CHATBOT, APP);

  @ArchTest
  static final ArchRule THE_RANKER_SEES_NO_OTHER_SERVICE =
      noClasses()
          .that()
          .resideInAPackage(RANKER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(FEATURE_STORE, CHATBOT, APP);

  @ArchTest
  static final ArchRule NOBODY_REFERS_TO_THE_PLUGIN_OR_TO_CORENLP =
      noClasses()
          .that(not(resideInAPackage(CHATBOT)))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CHATBOT, "edu.stanford..");

  // What another machine is asked for goes through gRPC, Lettuce or JDBC. An address that a caller
  // sends must never become a request of ours.
  @ArchTest
  static final ArchRule NOBODY_FETCHES_ADDRESSES =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net.http..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.net.URLConnection")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.net.HttpURLConnection")
          .orShould()
          .callMethod(java.net.URL.class, "openStream")
          .orShould()
          .callMethod(java.net.URL.class, "openConnection");

  @ArchTest
  static final ArchRule SETTINGS_ARE_THE_ONLY_CONFIGURATION =
      noClasses()
          .that()
          .resideInAnyPackage(RUNTIME, FEATURE_STORE, RANKER, APP)
          .should()
          .callMethod(System.class, "getenv", String.class)
          .orShould()
          .callMethod(System.class, "getenv");

  @ArchTest
  static final ArchRule PACKAGES_FOLLOW_FEATURES =
      noClasses()
          .should()
          .resideInAnyPackage(
              "dev.proffer..util..",
              "dev.proffer..impl..",
              "dev.proffer..dto..",
              "dev.proffer..common.util..",
              "dev.proffer..helper..");

  @ArchTest
  static final ArchRule ONLY_THE_WEB_EDGE_KNOWS_ITS_LIBRARY =
      noClasses()
          .that(not(resideInAPackage("dev.proffer.app.web..")))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.linecorp..");

  @ArchTest
  static final ArchRule ONLY_COMMANDS_KNOW_THE_COMMAND_LINE_LIBRARY =
      noClasses()
          .that(not(resideInAPackage("dev.proffer.app.command..")))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("picocli..");

  @ArchTest
  static final ArchRule NOTHING_OF_THE_APP_NEEDS_ITS_COMMANDS =
      classes()
          .that(resideInAnyPackage("dev.proffer.app.command.."))
          .should()
          .onlyBeAccessed()
          .byClassesThat()
          .resideInAnyPackage("dev.proffer.app", "dev.proffer.app.command..");

  @ArchTest
  static final ArchRule PACKAGES_OF_THE_APP_FORM_NO_CYCLE =
      slices().matching("dev.proffer.app.(*)..").should().beFreeOfCycles();
}
