/**
 * The two checkouts. Both price the same cart; the new one asks once instead of three times, and rounds the tax once
 * instead of at every line.
 *
 * @typedef {{ article: string, priceCents: number, count: number }} Line
 * @typedef {{ checkout: "old" | "new", steps: number, totalCents: number }} Order
 */

const TAX = 0.19;
const SHIPPING_CENTS = 490;
const FREE_SHIPPING_FROM_CENTS = 5_000;

/** @param {readonly Line[]} lines @returns {Order} */
export function oldCheckout(lines) {
  const goods = lines.reduce((sum, { priceCents, count }) => sum + Math.round(priceCents * (1 + TAX)) * count, 0);
  return { checkout: "old", steps: 3, totalCents: withShipping(goods) };
}

/** @param {readonly Line[]} lines @returns {Order} */
export function newCheckout(lines) {
  const net = lines.reduce((sum, { priceCents, count }) => sum + priceCents * count, 0);
  return { checkout: "new", steps: 1, totalCents: withShipping(Math.round(net * (1 + TAX))) };
}

/** @param {number} goodsCents */
function withShipping(goodsCents) {
  return goodsCents >= FREE_SHIPPING_FROM_CENTS ? goodsCents : goodsCents + SHIPPING_CENTS;
}
