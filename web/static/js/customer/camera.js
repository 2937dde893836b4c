// The phone's camera with the outline of the wished shot to aim with.

const WIDE = { facingMode: { ideal: "environment" }, width: { ideal: 2560 }, height: { ideal: 1920 } };
const JPEG = 0.92;

const finder = () => document.querySelector("[data-finder]");
let stream;

/** Whether this browser lets a page look through the camera (secure origins only). */
export const canLook = () => Boolean(navigator.mediaDevices?.getUserMedia && finder()?.showModal);

/**
 * Show the camera for `shots`, a list of `{ shot, outline, caption }`, one after the other; `taken(blob, shot)` gets
 * each picture, `closed()` comes after the last. Returns false where the camera may not be used: then a file input has to do.
 */
export async function look(shots, taken, closed) {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: WIDE, audio: false });
  } catch {
    return false;
  }
  const dialog = finder();
  const video = dialog.querySelector("video");
  video.srcObject = stream;
  let at = 0;
  const next = () => aim(dialog, shots[at]);
  const step = () => {
    at += 1;
    if (at < shots.length) next();
    else dialog.close();
  };
  dialog.onclose = () => {
    stop(video);
    closed();
  };
  dialog.querySelector("[data-close]").onclick = () => dialog.close();
  dialog.querySelector("[data-skip]").onclick = step;
  dialog.querySelector("[data-shutter]").onclick = async () => {
    const blob = await picture(video);
    flash(dialog);
    taken(blob, shots[at].shot);
    if (shots[at].shot) step();
  };
  dialog.querySelector("[data-skip]").hidden = shots.length < 2;
  next();
  dialog.showModal();
  dialog.querySelector("[data-shutter]").focus();
  return true;
}

function aim(dialog, { outline, caption }) {
  dialog.querySelector("[data-aim]").replaceChildren(...(outline ? [outline.cloneNode(true)] : []));
  dialog.querySelector("[data-caption]").textContent = caption;
}

function picture(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG));
}

function flash(dialog) {
  dialog.classList.add("flash");
  setTimeout(() => dialog.classList.remove("flash"), 180);
}

function stop(video) {
  for (const track of stream?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}
