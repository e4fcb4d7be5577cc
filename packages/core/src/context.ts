/** Who or what asks: a `targetingKey` and any attributes, nested ones by path (`organization.plan`). */
export interface EvaluationContext {
  readonly targetingKey?: string | number;
  readonly [attribute: string]: unknown;
}
