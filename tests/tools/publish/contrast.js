// Puts into the title the least contrast (WCAG 2.2) of any text, and whether the page is dark.
const colour = (selector, what) =>
  getComputedStyle(document.querySelector(selector))
    [what].match(/[0-9]+/g)
    .slice(0, 3)
    .map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
const luminance = ([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
const contrast = (one, other) => {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};
const card = colour("article", "backgroundColor");
const texts = ["article p", "dt", "dd a", ".warning", "th"];
const contrasts = texts.map((text) => contrast(colour(text, "color"), card));
contrasts.push(contrast(colour("pre", "color"), colour("pre", "backgroundColor")));
document.title = `${Math.min(...contrasts).toFixed(2)} ${luminance(card) < 0.5 ? "dark" : "light"}`;
