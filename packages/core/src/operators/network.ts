import { parseAttribute, parseRange, type Range, rangeContains } from "./address.ts";
import { elementOperator, type Operator } from "./operator.ts";

const inCidr = elementOperator<Range>({
  parse: parseRange,
  expected: "an IPv4 or IPv6 address or range (such as 10.0.0.0/8 or 2001:db8::/32)",
  test: (ranges) => (value) => {
    const address = parseAttribute(value);
    return address !== undefined && ranges.some((range) => rangeContains(range, address));
  },
});

export const networkOperators: readonly (readonly [string, Operator])[] = [["inCidr", inCidr]];
