/** The version of the stream's protocol that this build speaks; `hello` names the client's. */
export const PROTOCOL_VERSION = 1;
