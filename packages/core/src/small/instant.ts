const FORM = /^(\d{4}-\d\d-\d\d)t(\d\d:\d\d:\d\d)(?:\.(\d+))?(?:z|([+-])([01]\d|2[0-3]):([0-5]\d))$/i;

/**
 * Epoch milliseconds of an RFC 3339 text or of a number that stands for an instant; `undefined` of all else. As
 * `instant` of the operators. In this form and with `Z`, every engine reads a date alike; but for 30 February, which some
 * take, and which comes back as another day.
 */
export function instant(value: unknown): number | undefined {
  if (typeof value !== "string") return Number.isFinite(value) ? Number(value) : undefined;
  const [form, day, time, fraction = "", sign, hours, minutes] = FORM.exec(value) ?? [];
  const date = new Date(form === undefined ? Number.NaN : `${day}T${time}.${fraction.slice(0, 3).padEnd(3, "0")}Z`);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(`${day}T${time}`)) return undefined;
  const offset = sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes));
  return date.getTime() - offset * 60_000;
}
