/** Loaded before a program: at each SIGUSR2 its wall clock jumps, which it says: a year ahead, a year back, then right. */
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
const shifts = [0, YEAR_MS, -YEAR_MS];
const realNow = Date.now;
let jumps = 0;
Date.now = () => realNow() + (shifts[jumps % shifts.length] ?? 0);
process.on("SIGUSR2", () => {
  jumps += 1;
  process.stderr.write("The clock jumps.\n");
});
