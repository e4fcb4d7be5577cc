/**
 * Trouble on demand, so that a release can be seen to find it. The JSON flag `trouble` says what goes wrong, and for
 * whom: `{"new": {"errors": 0.05, "slower": 1.5, "wrong": 0.02}, "old": {"errors": 0.01}}`. Without the flag all is well.
 *
 * @typedef {{ errors?: number, slower?: number, wrong?: number }} Trouble
 * @typedef {{ old?: Trouble, new?: Trouble }} Troubles
 */
import { setTimeout as wait } from "node:timers/promises";

/** How long a checkout talks to the bank, half of the time. */
const USUAL_MS = 40;

/**
 * @template {{ totalCents: number }} T
 * @param {Trouble | undefined} trouble
 * @param {() => T} checkout
 * @returns {Promise<T>}
 */
export async function withTrouble(trouble, checkout) {
  if (trouble === undefined) return checkout();
  const { errors = 0, slower = 1, wrong = 0 } = trouble;
  await wait(USUAL_MS * slower * Math.exp(0.5 * normal()));
  if (Math.random() < errors) throw new Error("The bank does not answer.");
  const order = checkout();
  return Math.random() < wrong ? { ...order, totalCents: order.totalCents + 100 } : order;
}

/** By Box and Muller. */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
