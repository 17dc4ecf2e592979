// The ink of one cell, enlarged, with a little of what stands around it.
import { url } from "./api.js";

const AROUND = 14; // points shown beside the cell

export function drawInk(canvas, docId, cell, heading) {
  const ratio = window.devicePixelRatio || 1;
  const room = canvas.getBoundingClientRect();
  canvas.width = Math.max(1, Math.round(room.width * ratio));
  canvas.height = Math.max(1, Math.round(room.height * ratio));
  const [x0, y0, x1, y1] = cell.bbox;
  const upright = heading % 180 === 0;
  const [dx, dy] = upright ? [AROUND, 4] : [4, AROUND];
  const box = { x0: Math.max(0, x0 - dx), y0: Math.max(0, y0 - dy), x1: x1 + dx, y1: y1 + dy };
  const width = Math.min(1600, Math.round((upright ? canvas.width : canvas.width * (box.x1 - box.x0) / (box.y1 - box.y0))));
  const asked = new URLSearchParams({ ...box, width: Math.max(60, width) });
  const image = new Image();
  const mine = canvas.dataset.asked = `${cell.page} ${asked}`;
  image.onload = () => { if (canvas.dataset.asked === mine) paint(canvas, image, heading); };
  image.src = url(`/documents/${encodeURIComponent(docId)}/pages/${cell.page}/crop?${asked}`);
}

function paint(canvas, image, heading) {
  const pen = canvas.getContext("2d");
  const upright = heading % 180 === 0;
  const [w, h] = upright ? [image.width, image.height] : [image.height, image.width];
  const scale = Math.min(canvas.width / w, canvas.height / h);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.save();
  pen.imageSmoothingQuality = "high";
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate(-heading * Math.PI / 180);
  pen.scale(scale, scale);
  pen.drawImage(image, -image.width / 2, -image.height / 2);
  pen.restore();
}
