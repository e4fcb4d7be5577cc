/** Random counts from a seed: what one look adds is drawn as sums, not outcome by outcome. */

export interface Draws {
  /** Uniform, at least 0 and below 1. */
  readonly uniform: () => number;
  /** Successes of `n` tries. */
  readonly binomial: (n: number, p: number) => number;
  readonly poisson: (mean: number) => number;
  readonly normal: () => number;
}

/** xoshiro128** (Blackman & Vigna 2021), its state from the seed by splitmix32. */
export function drawsFrom(seed: number): Draws {
  let [a, b, c, d] = [1, 2, 3, 4].map((at) => splitmix(seed + at * 0x9e3779b9)) as [number, number, number, number];
  const uniform = (): number => {
    const five = Math.imul(b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number): number => {
    if (mean > 500) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    // Steps down the exponential in pieces, so that none underflows.
    let count = 0;
    for (let left = mean; left > 0; left -= 30) {
      const floor = Math.exp(-Math.min(left, 30));
      for (let product = uniform(); product > floor; product *= uniform()) count++;
    }
    return count;
  };
  const binomial = (n: number, p: number): number => {
    if (n <= 0 || p <= 0) return 0;
    if (p > 0.5) return n - binomial(n, 1 - p);
    if (n * p > 500) {
      return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(n * p * (1 - p)) * normal())));
    }
    // Gaps between successes are geometric (Devroye 1986, Non-uniform random variate generation, X.4).
    const ln = Math.log1p(-p);
    let successes = 0;
    for (let at = Math.floor(Math.log(1 - uniform()) / ln); at < n; successes++) {
      at += 1 + Math.floor(Math.log(1 - uniform()) / ln);
    }
    return successes;
  };
  return { uniform, binomial, poisson, normal };
}

function splitmix(seed: number): number {
  let mixed = (seed + 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}
