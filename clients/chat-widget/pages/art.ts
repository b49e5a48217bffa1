// SPDX-License-Identifier: Apache-2.0
// Pictures for items that have none: a sign of the department on a colour that follows from the item.

import { h, icon } from "../src/dom";

const SIGNS: Record<string, string[]> = {
  kitchen: ["M6 3v7a2.5 2.5 0 0 0 5 0V3M8.5 3v18", "M17 21V3c-2 1-3.5 4-3.5 7.5 0 1.8 1.2 3 3.5 3"],
  food: ["M5 8h12v6a5 5 0 0 1-5 5h-2a5 5 0 0 1-5-5z", "M17 9h1.5a2.5 2.5 0 0 1 0 5H17M8 5V3M11 5V3M14 5V3"],
  drinks: ["M5 8h12v6a5 5 0 0 1-5 5h-2a5 5 0 0 1-5-5z", "M17 9h1.5a2.5 2.5 0 0 1 0 5H17M8 5V3M11 5V3M14 5V3"],
  electronics: ["M4 13v-1a8 8 0 0 1 16 0v1", "M4 14h3v6H6a2 2 0 0 1-2-2zM20 14h-3v6h1a2 2 0 0 0 2-2z"],
  home: ["M9 3h6l3 8H6z", "M12 11v8M8 20h8"],
  beauty: ["M9 10h6v9a2 2 0 0 1-2 2h-2a2 2 0 0 1-2-2z", "M10.5 10V6l3-3v7"],
  sports: ["M3 9v6M6 7v10M18 7v10M21 9v6M6 12h12"],
  fashion: ["M9 4 4 7l2 4 2-1v10h8V10l2 1 2-4-5-3a3 3 0 0 1-6 0z"],
  clothing: ["M9 4 4 7l2 4 2-1v10h8V10l2 1 2-4-5-3a3 3 0 0 1-6 0z"],
  baby: ["M12 13a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M7 21c0-4 2-7 5-7s5 3 5 7M8.5 5.5 7 4M15.5 5.5 17 4"],
  kids: ["M12 13a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M7 21c0-4 2-7 5-7s5 3 5 7M8.5 5.5 7 4M15.5 5.5 17 4"],
  pets: ["M12 20c-3 0-5-1.4-5-3.4 0-2.4 2.6-4.6 5-4.6s5 2.2 5 4.6c0 2-2 3.4-5 3.4z", "M6 10.5v.01M18 10.5v.01M9.5 6v.01M14.5 6v.01"],
  pet: ["M12 20c-3 0-5-1.4-5-3.4 0-2.4 2.6-4.6 5-4.6s5 2.2 5 4.6c0 2-2 3.4-5 3.4z", "M6 10.5v.01M18 10.5v.01M9.5 6v.01M14.5 6v.01"],
  office: ["M4 20l1-5L16 4l4 4L9 19z", "M14 6l4 4"],
  stationery: ["M4 20l1-5L16 4l4 4L9 19z", "M14 6l4 4"],
  outdoor: ["M3 20 12 4l9 16z", "M12 20l-3-5 3-5 3 5z"],
};
const USUAL = ["M4 8l8-4 8 4v8l-8 4-8-4z", "M4 8l8 4 8-4M12 12v8"];
const HUES: Record<string, number> = {
  kitchen: 18, food: 96, drinks: 150, electronics: 222, home: 38, beauty: 334, sports: 200, fashion: 276, clothing: 276, baby: 48, kids: 48,
  pets: 30, pet: 30, office: 250, stationery: 250, outdoor: 132,
};

export function art(itemId: string, category: string): HTMLElement {
  const department = category.split("/")[0] ?? "";
  let hash = 7;
  for (const letter of itemId) {
    hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  }
  const hue = (HUES[department] ?? 210) + (hash % 29) - 14;
  const frame = h("div", { class: "art", "aria-hidden": "true" }, icon(...(SIGNS[department] ?? USUAL)));
  frame.style.background = `linear-gradient(${140 + (hash % 40)}deg, hsl(${hue} 38% ${54 + (hash % 9)}%), hsl(${hue + 22} 44% 33%))`;
  return frame;
}
