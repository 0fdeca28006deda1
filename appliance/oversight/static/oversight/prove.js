/* Recomputes the path in the reader's own browser: SHA-256 by WebCrypto (RFC 9162, 2.1). */
const proof = JSON.parse(document.getElementById("proof").textContent);
const verdict = document.getElementById("verdict");

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function hash(...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

async function recompute() {
  let mine = await hash([0], new TextEncoder().encode(proof.entry));
  for (const [sibling, isLeft] of proof.steps) {
    const other = bytesOf(sibling);
    mine = isLeft ? await hash([1], other, mine) : await hash([1], mine, other);
  }
  return hexOf(mine) === proof.root;
}

/* Browsers offer WebCrypto on https and on this machine alone; elsewhere the server's word stays. */
if (crypto.subtle) {
  const holds = await recompute();
  verdict.classList.toggle("notice-good", holds);
  verdict.classList.toggle("notice-bad", !holds);
  verdict.querySelector("span").textContent = holds ? verdict.dataset.holds : verdict.dataset.broken;
  verdict.dataset.recomputed = String(holds);
}
