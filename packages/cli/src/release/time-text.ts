/** For people: `40 s`, `2 min 5 s`, `3 h 20 min`. */
export function timeText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return inTwo(minutes, ["h", "min"]);
  return inTwo(seconds, ["min", "s"]);
}

function inTwo(small: number, [large, unit]: readonly [string, string]): string {
  const rest = small % 60;
  return `${Math.floor(small / 60)} ${large}${rest === 0 ? "" : ` ${rest} ${unit}`}`;
}
