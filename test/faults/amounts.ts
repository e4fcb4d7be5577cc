/**
 * How much is attacked. A plain test run takes a little of everything; `node scripts/faults.mjs` sets these variables
 * for the long form.
 */

function amount(name: string, short: number): number {
  const given = process.env[name];
  if (given === undefined || given === "") return short;
  const value = Number(given);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1.`);
  return value;
}

/** Processes, connections or clusters killed, on each database. */
export const kills = amount("FAULT_KILLS", 12);
/** Power-loss images opened: of the database, and a fifth as many of the SDK's cache. */
export const images = amount("FAULT_IMAGES", 80);
/** Changes that each of eight writers makes, on each database. */
export const changes = amount("FAULT_CHANGES", 10);
/** SDKs connected at once, in the tests of herds. */
export const clients = amount("FAULT_CLIENTS", 60);
/** How long a hostile server is met for. */
export const seconds = amount("FAULT_SECONDS", 10);
/** Scenes of the example shop that releases are tried on, of six. */
export const releases = amount("FAULT_RELEASES", 2);
/** What chance decides is drawn from it; printed with a failure. */
export const seed = amount("FAULT_SEED", (Date.now() % 1_000_000) + 1);
