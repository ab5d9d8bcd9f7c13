// Keeps the line on what happened and the clock fresh; without a script both are as of the load.

function refresh() {
  const request = new XMLHttpRequest(); // parses a page without touching this one
  request.open("GET", "/demo");
  request.responseType = "document";
  request.onload = () => {
    const page = request.response;
    if (!page) return;
    for (const id of ["told", "clock"]) {
      const [old, other] = [document.getElementById(id), page.getElementById(id)];
      if (!old || !other || old.innerHTML === other.innerHTML) continue;
      const unfolded = old.querySelector("details[open]") !== null;
      const copy = document.importNode(other, true);
      copy.querySelector("details")?.toggleAttribute("open", unfolded);
      old.replaceWith(copy);
    }
  };
  request.send();
}

const source = new EventSource(`/demo/events?after=${document.body.dataset.cursor}`);
source.addEventListener("news", refresh);
setInterval(refresh, 20000);
document.querySelector("select").addEventListener("change", (event) => event.target.form.requestSubmit());
