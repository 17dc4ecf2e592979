// Who is signed in, and the way out.
import { call, get } from "./api.js";
import { bdi, el, id } from "./dom.js";
import { plain, say } from "./words.js";

try {
  const person = await get("/sessions/current");
  if (person.name !== "local") {
    const leave = async () => { await call("DELETE", "/sessions/current"); location.assign("/login"); };
    id("person").append(bdi(plain(person.name)), " ", el("button", { type: "button", onclick: leave }, say("nav.logout")));
  }
} catch { /* the page itself says what is wrong */ }
