// Files dropped or chosen, sent one request at a time with their progress.
import { url } from "./api.js";
import { bdi, el } from "./dom.js";
import { plain, say } from "./words.js";

export function watchDrop(area, input, list, done) {
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => { event.preventDefault(); area.classList.add("over"); });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) area.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    if (event.dataTransfer.files.length) send([...event.dataTransfer.files], list, done);
  });
  const take = () => {
    if (input.files.length) send([...input.files], list, done);
    input.value = "";
  };
  input.addEventListener("change", take);
  take(); // what was chosen while this script was still on its way
}

function send(files, list, done) {
  const name = files.length === 1 ? files[0].name : `${files.length}`;
  const bar = el("progress", { max: 1, value: 0 });
  const words = el("span", {}, say("documents.uploading", { name: plain(name) }));
  const item = el("li", {}, bar, " ", words);
  list.prepend(item);
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  const request = new XMLHttpRequest(); // fetch tells nothing of what is sent
  request.open("POST", url("/documents"));
  request.setRequestHeader("accept", "application/json");
  request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
  request.onload = () => { tellOutcome(request, item, bar, words); done(); };
  request.onerror = () => fail(words, bar, say("said.offline"));
  request.send(form);
}

function tellOutcome(request, item, bar, words) {
  bar.remove();
  let answer = {};
  try { answer = JSON.parse(request.responseText); } catch { /* told below */ }
  if (request.status >= 300) {
    fail(words, bar, say("said.error", { problem: plain(answer.detail || answer.title || request.status) }));
    return;
  }
  const items = answer.items ?? [];
  const taken = items.filter((one) => one.document && !one.duplicate);
  words.textContent = taken.length ? say("documents.uploaded", { count: taken.length }) : "";
  for (const one of items.slice(0, 100)) {
    const said = plain(one.name);
    if (one.duplicate) item.append(el("div", { class: "quiet" }, bdi(say("documents.duplicate", { name: said }))));
    if (one.problem) {
      const problem = plain(one.problem.detail ?? one.problem.message ?? one.problem);
      item.append(el("div", { class: "trouble" }, bdi(say("documents.refused", { name: said, problem }))));
    }
  }
}

function fail(words, bar, text) {
  bar.remove();
  words.textContent = text;
  words.className = "trouble";
}
