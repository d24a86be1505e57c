// Numbers, coordinates and intervals as text.

const MINUS = "\u2212";

/** A number with so many significant digits, without needless zeros. */
function numberText(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) {
    return value.toExponential(digits - 1).replace("-", MINUS);
  }
  const whole = Math.floor(Math.log10(size || 1)) + 1;
  const decimals = Math.min(Math.max(digits - whole, 0), 8);
  const text = size.toLocaleString("en", { maximumFractionDigits: decimals });
  return (value < 0 && text !== "0" ? MINUS : "") + text;
}

/** A number with a fixed count of decimals. */
function fixedText(value, decimals) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value.toLocaleString("en", options).replace("-", MINUS);
}

/** A number with an explicit sign. */
function signedText(value, decimals) {
  return (value > 0 ? "+" : "") + fixedText(value, decimals);
}

/** A value known to within an error: the error rounded up to one digit, the value as far. */
function measuredText(value, error) {
  if (!(error > 0)) return numberText(value, 5);
  const power = Math.floor(Math.log10(error));
  const step = 10 ** power;
  const decimals = Math.min(Math.max(-power, 0), 8);
  const known = Math.round(value / step) * step;
  const doubt = Math.ceil(error / step + 0.5) * step; // rounding the value adds half a step
  return `${fixedText(known, decimals)} ± ${fixedText(doubt, decimals)}`;
}

/** The unit in which values of a size are read with ease, and by what to multiply them. */
function readable(unit, size) {
  return unit === "m" && Math.abs(size) >= 10000
    ? { unit: "km", factor: 0.001 }
    : { unit, factor: 1 };
}

/** Text followed by its unit, if it has one. */
function withUnit(text, unit) {
  if (!unit || text === "–") return text;
  return unit === "°" ? text + unit : `${text} ${unit}`;
}

/** Latitude and longitude with hemispheres. */
function placeText(latitude, longitude) {
  const east = wrapLongitude(longitude);
  return (
    `${Math.abs(latitude).toFixed(3)}° ${latitude < 0 ? "S" : "N"}, ` +
    `${Math.abs(east).toFixed(3)}° ${east < 0 ? "W" : "E"}`
  );
}

/** A longitude between -180 and 180. */
function wrapLongitude(longitude) {
  return modulo(longitude + 180, 360) - 180;
}

/** The remainder that has the sign of the divisor. */
function modulo(value, divisor) {
  return ((value % divisor) + divisor) % divisor;
}

/** A figure of the skill record and its interval; the interval alone where fields are few. */
function figureText(figure, decimals = 2) {
  if (!figure) return "–";
  const interval = `${fixedText(figure.low, decimals)}–${fixedText(figure.high, decimals)}`;
  return figure.value === null ? interval : `${fixedText(figure.value, decimals)} (${interval})`;
}

/** The same for a cell of a table, the interval in smaller type. */
function figureCell(figure, decimals = 2) {
  if (!figure) return "–";
  const ends = `${fixedText(figure.low, decimals)}–${fixedText(figure.high, decimals)}`;
  const interval = element("span", { class: "interval" }, ends);
  if (figure.value === null) return interval;
  return element("span", { class: "figure" }, fixedText(figure.value, decimals), " ", interval);
}
