/** What the SDK calls itself to the server. A test holds it and package.json together. */
export const SDK = { name: "bannerol-browser", version: "0.1.0" } as const;
