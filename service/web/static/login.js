// Signing in, where there are accounts.
import { call } from "./api.js";
import { id } from "./dom.js";
import { plain, say } from "./words.js";

id("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(id("login"));
  try {
    await call("POST", "/sessions", { name: given.get("name"), password: given.get("password") }, {}, false);
    location.assign(id("login").dataset.back);
  } catch (problem) {
    id("wrong").hidden = false;
    id("wrong").textContent = problem.status === 401 ? say("login.wrong") : plain(problem.message) || say("said.offline");
  }
});
