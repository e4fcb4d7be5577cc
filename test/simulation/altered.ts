/** A message as a proxy might spoil it: still JSON, with one number or one key of a flag changed (F10). */

/**
 * Where the protocol can notice it: what names a state, and what is counted in its checksum. A document's version is; that
 * of a list, which stands behind its count, is not.
 */
const NUMBERS: Readonly<Record<string, RegExp>> = {
  delta: /(?<!"count":\d+,)"(from|to|version|checksum)":(\d+)/g,
  snapshot: /(?<!"count":\d+,)"(version|checksum)":(\d+)/g,
  current: /"(revision|checksum)":(\d+)/g,
};

export function altered(text: string, random: () => number): string {
  const type = /^\{"type":"(\w+)"/.exec(text)?.[1] ?? "";
  const places = [...text.matchAll(NUMBERS[type] ?? /$^/g)].filter(
    // Where a flag goes, no version tells which revision that was.
    ([, name]) => name !== "to" || !text.includes(":null"),
  );
  const place = places[Math.floor(random() * (places.length + 1))];
  if (place === undefined) return type === "delta" ? text.replace(/"([a-e])":\{/, '"z":{') : text;
  const [found, name, digits] = place;
  const number = Math.max(0, Number(digits) + (random() < 0.5 ? 1 : -1) * Math.ceil(random() * 9));
  return `${text.slice(0, place.index)}"${name}":${number}${text.slice(place.index + found.length)}`;
}
