/** The standard normal distribution, in logarithms. */

const LN_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
/** Left of it the series loses its digits to cancellation. */
const TAIL = -3;

/** ln Φ(z), to some 1e-12. */
export function lnNormalCdf(z: number): number {
  if (z < TAIL) return lnTail(-z);
  if (z > -TAIL) return Math.log1p(-Math.exp(lnTail(z)));
  return Math.log(0.5 + density(z) * series(z));
}

const density = (z: number): number => Math.exp(-0.5 * z * z - LN_SQRT_2PI);

/** Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/(3·5) + …): Marsaglia 2004, Evaluating the normal distribution. */
function series(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && odd < 400; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}

/** ln(1 − Φ(z)) for z well above 0: Laplace's continued fraction, φ(z) / (z + 1/(z + 2/(z + …))). */
function lnTail(z: number): number {
  let below = z;
  for (let depth = 200; depth >= 1; depth--) below = z + depth / below;
  return -0.5 * z * z - LN_SQRT_2PI - Math.log(below);
}
