"""A language model behind an OpenAI-compatible address, in one shot for each page.

CROSSFOOT_PEER_MODEL_URL is the address up to ``/v1``, CROSSFOOT_PEER_MODEL its name,
CROSSFOOT_PEER_MODEL_KEY a key where one is needed. The prompt is a file of ``prompts/``.
"""

import base64
import json
import os
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

_PROMPT = Path(__file__).resolve().parents[3] / "prompts" / "one_shot_table.v1.md"
_PATIENCE = 600


def main() -> None:
    from markdown_tables import tables

    address, model = (os.environ.get(f"CROSSFOOT_PEER_MODEL{end}", "") for end in ("_URL", ""))
    if sys.argv[1] == "--check":
        why = "set CROSSFOOT_PEER_MODEL_URL and CROSSFOOT_PEER_MODEL"
        print(json.dumps({"version": model} if address and model else {"why": why}))
        return
    start, found, used = time.perf_counter(), [], {"prompt_tokens": 0, "completion_tokens": 0}
    pages = sorted(Path(sys.argv[2]).glob("*.png"))
    for page in pages:
        answer = _ask(address, model, page)
        for key in used:
            used[key] += int((answer.get("usage") or {}).get(key) or 0)
        text = answer["choices"][0]["message"]["content"] or ""
        found += [{"page": int(page.stem), "rows": rows} for rows in tables(text)]
    print(json.dumps({
        "seconds": time.perf_counter() - start, "tables": found, "calls": len(pages),
        "input_tokens": used["prompt_tokens"], "output_tokens": used["completion_tokens"],
    }))  # fmt: skip


def _ask(address: str, model: str, page: Path) -> Any:
    image = base64.b64encode(page.read_bytes()).decode("ascii")
    content = [
        {"type": "text", "text": _PROMPT.read_text(encoding="utf-8")},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{image}"}},
    ]
    body = {"model": model, "temperature": 0, "messages": [{"role": "user", "content": content}]}
    key = os.environ.get("CROSSFOOT_PEER_MODEL_KEY", "none")
    request = urllib.request.Request(
        f"{address.rstrip('/')}/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()
