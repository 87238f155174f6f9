// A picture of a chart: the drawing is fetched, painted on a canvas, and offered as a PNG. Without this script the page
// still has the drawing itself to keep.
const links = document.querySelectorAll("[data-picture]");

async function painted(address, scale) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const drawing = URL.createObjectURL(new Blob([await answer.text()], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = drawing;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => canvas.toBlob((b) => (b ? done(b) : fail(new Error("empty"))), "image/png"));
  } finally {
    URL.revokeObjectURL(drawing);
  }
}

for (const button of links) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const status = document.getElementById("picture-status");
    try {
      const image = await painted(button.dataset.picture, 2);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(image);
      link.download = button.dataset.name + ".png";
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      status.textContent = "The picture is saved.";
    } catch {
      status.textContent = "The picture could not be made. Take the drawing (SVG) instead.";
    }
  });
}
