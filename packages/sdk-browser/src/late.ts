/** Files that are loaded late, when they are needed. */
import { backoffMs } from "@bannerol/client/page";

/** Brings one, as often as it takes; `failed` hears of each try in vain. The answer gives it up. */
export function bring<T>(load: () => Promise<T>, use: (loaded: T) => void, failed?: () => void): () => void {
  let failures = 0;
  let isWanted = true;
  const go = (): void => {
    if (isWanted) void load().then((loaded) => isWanted && use(loaded), again);
  };
  const again = (): void => {
    if (!isWanted) return;
    setTimeout(go, backoffMs(failures++, Math.random()));
    failed?.();
  };
  go();
  return () => {
    isWanted = false;
  };
}
