/** On for the plan named gold, and for everybody where it serves `on`. */
export const flag = (version: number, serves: "on" | "off", more: object = {}) => ({
  version,
  type: "boolean",
  seed: 1,
  enabled: true,
  off: "off",
  variants: [
    { key: "on", value: true },
    { key: "off", value: false },
  ],
  prerequisites: [],
  targets: [],
  rules: [{ id: "gold", when: { attribute: "plan", op: "in", values: ["gold"] }, serve: { variant: "on" } }],
  fallthrough: { variant: serves },
  ...more,
});
