/** Loaded before a program: its wall clock runs ten times as fast, and its timers as ever. */
const realNow = Date.now;
const begin = realNow();
Date.now = () => begin + 10 * (realNow() - begin);
