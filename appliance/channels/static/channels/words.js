/* The page's sentences, as the server wrote them in its language. */
const held = JSON.parse(document.getElementById("words").textContent);

export function say(key, value = "") {
  const sentence = held[key] ?? key;
  return sentence.replace("%n%", value).replace("%s%", value);
}

export function secrets(types) {
  return types.map((type) => held[`secret_${type}`] ?? type).join(held.list_and);
}
