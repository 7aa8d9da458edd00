// What a border draft is here, and its talk with the server: operations go one after the other and are kept until they
// are answered, so a closed tab or a lost line loses none; what others change is fetched every few seconds.

import { word } from "./words.js";

const AGAIN = 2500, RETRY = 3000;
const token = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";

export class Draft extends EventTarget {
  constructor(setup) {
    super();
    this.root = `/grid/drafts/${setup.id}`;
    this.revision = setup.revision;
    this.features = new Map();
    this.key = `border-draft-${setup.id}`;
    this.waiting = Promise.resolve();
    this.open = 0;
    window.addEventListener("beforeunload", (event) => { if (this.open) event.preventDefault(); });
  }

  tell(kind, detail = {}) { this.dispatchEvent(new CustomEvent(kind, { detail })); }

  kept() {
    try { return JSON.parse(localStorage.getItem(this.key) || "{}"); } catch { return {}; }
  }

  keep(changes) {
    const all = { ...this.kept(), ...changes };
    for (const name of Object.keys(all)) if (all[name] === null) delete all[name];
    try {
      if (Object.keys(all).length) localStorage.setItem(this.key, JSON.stringify(all));
      else localStorage.removeItem(this.key);
    } catch { /* a full or closed store only costs the unfinished line */ }
  }

  async json(path, given = {}) {
    const answer = await fetch(this.root + path, given);
    if (answer.redirected || answer.status === 401 || answer.status === 403) throw Object.assign(new Error(word("登录已失效，请在新窗口重新登录后继续；这一步还在")), { lasting: true });
    if (answer.status >= 500) throw new Error(String(answer.status));
    return [answer.status, await answer.json()];
  }

  async load(box, zoom, whole) {
    const [status, found] = await this.json(`/shapes?z=${Math.floor(zoom)}&view=${box.map((edge) => edge.toFixed(6)).join(",")}${whole ? "&whole=1" : ""}`);
    if (status !== 200) return;
    if (found.revision < this.revision) return void this.load(box, zoom, whole);
    for (const one of found.features) {
      const known = this.features.get(one.properties.code);
      if (!known || one.properties.exact || !known.properties.exact) this.features.set(one.properties.code, one);
    }
    this.tell("drawn");
  }

  apply({ revision, features, gone }) {
    const codes = new Set([...gone, ...features.map((one) => one.properties.code)]);
    for (const code of gone) this.features.delete(code);
    for (const one of features) this.features.set(one.properties.code, one);
    this.revision = Math.max(this.revision, revision);
    this.tell("drawn");
    return codes;
  }

  // One operation. Resolves to the answer, or to null when it was refused; `said` tells the user.
  send(operation) {
    this.open += 1;
    const queue = [...(this.kept().queue || []), operation];
    this.keep({ queue });
    const turn = this.waiting.then(() => this.sent(operation));
    this.waiting = turn.catch(() => null);
    return turn;
  }

  async sent(operation) {
    this.tell("saving");
    for (;;) {
      try {
        const [status, found] = await this.json("/edit", {
          method: "POST", keepalive: true, headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
          body: JSON.stringify({ operation, based_on: this.revision }),
        });
        this.settled();
        return this.answered(status, found, operation);
      } catch (error) {
        this.tell("said", { text: error.lasting ? error.message : word("没有连上服务器，正在重试；这一步还在"), bad: true });
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
  }

  settled() {
    this.open -= 1;
    const [, ...queue] = this.kept().queue || [];
    this.keep({ queue: queue.length ? queue : null });
  }

  answered(status, found, operation) {
    if (status === 200) {
      const codes = this.apply(found);
      this.tell("edited", { operation, codes, defects: found.defects });
      return found;
    }
    this.tell("said", { text: found.said, bad: true });
    if (found.news) this.heard(found.news, true);
    this.tell("refused", { operation });
    return null;
  }

  heard(news, stale = false) {
    this.tell("here", { names: news.here });
    if (news.revision <= this.revision && !stale) return;
    const codes = this.apply(news);
    if (codes.size) this.tell("news", { codes, by: news.by, stale });
  }

  async look() {
    if (this.open) return;
    const known = this.revision;
    const [status, news] = await this.json(`/since?revision=${known}`, { headers: { "X-Poll": "1" } });
    if (status === 200 && !this.open && this.revision === known) this.heard(news);
    else if (status !== 200) this.tell("said", { text: news.said, bad: true });
  }

  watch() {
    const again = async () => {
      try { if (!document.hidden) await this.look(); } catch { /* asked again below */ }
      setTimeout(again, AGAIN);
    };
    setTimeout(again, AGAIN);
  }

  // What the last visit could not send any more.
  async resume() {
    const queue = this.kept().queue || [];
    this.keep({ queue: null });
    for (const operation of queue) await this.send(operation);
  }

  async mend(only) {
    const body = new URLSearchParams(only === null ? { safe: "1" } : { key: only });
    this.tell("saving");
    const [status, found] = await this.json("/mend", { method: "POST", headers: { "X-CSRFToken": token(), Accept: "application/json" }, body });
    this.tell("said", { text: found.said, bad: status !== 200 });
    await this.look();
    this.tell("mended");
  }
}
