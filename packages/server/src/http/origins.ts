/** Which pages may ask: those of any origin the data plane, which takes no cookie, and none the admin API. */

export const origins = {
  origin: "*",
  allowMethods: ["GET", "POST"],
  allowHeaders: ["Authorization", "Content-Type", "If-None-Match", "Last-Event-ID"],
  exposeHeaders: ["ETag", "Retry-After", "Bannerol-Up-To"],
  /** Seconds. */
  maxAge: 7_200,
};

/** What an answer of the data plane says of it; names and values in turn. */
export const openHeaders: readonly string[] = [
  ...["access-control-allow-origin", origins.origin],
  ...["access-control-expose-headers", origins.exposeHeaders.join(",")],
];
