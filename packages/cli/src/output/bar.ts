/** A share, a fraction of 1, drawn in so many characters. */
export function bar(share: number, width: number): string {
  const full = Math.floor(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
}
