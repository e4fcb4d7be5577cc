/** One entity as a ruleset shows it, without its version. */
export interface Projection {
  readonly document: object;
  /** What else its version moves with, though it does not show: what a remotely evaluated flag reaches. */
  readonly reaches?: readonly unknown[];
}
