/** A longer list may have holes without number, so it is gone through by what it holds. */
const LONG = 10_000;

/** Whether a value passes, or, of a list, any element, one level deep. */
export function someElement(value: unknown, passes: (element: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return passes(value);
  if (value.length > LONG) return Object.keys(value).some((key) => isPosition(key) && passes(value[Number(key)]));
  for (let at = 0; at < value.length; at++) if (passes(value[at])) return true;
  return false;
}

/** Whether a list's own key is that of an element, and no field that it was given. 2^32 - 1 can only be a length. */
const isPosition = (key: string): boolean => String(Number(key) >>> 0) === key && key !== "4294967295";
