/** A page whose server is in the page: a WebSocket that says what the test wants it to. For what takes no network. */

/** Runs before all else in a page. `serve(ruleset, checksum)` answers every hello; `say(message)` speaks to who is there. */
export const servedInPage = `
  window.sockets = [];
  window.WebSocket = class {
    constructor() {
      sockets.push(this);
      setTimeout(() => this.onopen?.());
    }
    send(text) {
      if (JSON.parse(text).type === "hello" && window.snapshot) this.onmessage?.({ data: snapshot });
    }
    close() {}
  };
  window.say = (message) => { for (const socket of sockets) socket.onmessage?.({ data: JSON.stringify(message) }); };`;
