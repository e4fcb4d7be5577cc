/** A stream of Server-Sent Events. In a chunk of its own: it is for where a WebSocket does not get through. */
export { openEvents } from "@bannerol/client/events-line";
