// What a browser adds to pages that work without it: they follow what changes, lists sort when
// chosen, commands copy. Everything is asked from the server as it renders it.
'use strict';

const root = document.documentElement;
root.classList.add('js');

/** Draws one part of the page anew from the server's rendering of the same address. */
async function redraw(part) {
  let text;
  try {
    const response = await fetch(location.href, {
      headers: { Accept: 'text/html', 'X-Part': part.id },
    });
    if (!response.ok || response.redirected) return;
    text = await response.text();
  } catch {
    return; // The next turn tries again.
  }
  const fresh = new DOMParser().parseFromString(text, 'text/html').getElementById(part.id);
  if (!fresh || content(fresh) === content(part)) return;
  const held = part.contains(document.activeElement) ? place(document.activeElement) : null;
  const scrolled = [...part.querySelectorAll('.scroll')].map((area) => area.scrollLeft);
  const open = [...part.querySelectorAll('details')].map((area) => area.open);
  part.replaceChildren(...fresh.childNodes);
  part.querySelectorAll('.scroll').forEach((area, at) => { area.scrollLeft = scrolled[at] ?? 0; });
  part.querySelectorAll('details').forEach((area, at) => { area.open = open[at] ?? false; });
  if (held) part.querySelector(held)?.focus({ preventScroll: true });
  ready(part);
}

/** What a part shows. Its forms have a fresh key each time; the one they have is as good. */
function content(part) {
  return part.innerHTML.replace(/web-[0-9a-f]{32}/g, '').replace(/ open=""/g, '');
}

/** How to find an element again after its part was drawn anew. */
function place(element) {
  if (element.id) return '#' + CSS.escape(element.id);
  const link = element.getAttribute('href');
  return link ? `a[href="${CSS.escape(link)}"]` : null;
}

/** Follows an order while its saga goes on. */
function follow(part) {
  const stream = new EventSource(part.dataset.live);
  const look = () => redraw(part);
  part.dataset.events.split(' ').forEach((name) => stream.addEventListener(name, look));
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) look();
  };
  addEventListener('pagehide', () => stream.close());
}

/** Draws a part anew every so often while somebody looks. */
function refresh(part) {
  const every = Number(part.dataset.refresh);
  const button = document.querySelector('[data-pause]');
  let paused = false;
  if (button) {
    button.hidden = false;
    const words = [button.textContent, button.dataset.pause];
    button.addEventListener('click', () => {
      paused = !paused;
      button.textContent = words[Number(paused)];
      root.classList.toggle('paused', paused);
    });
  }
  const turn = async () => {
    if (!paused && !document.hidden) await redraw(part);
    setTimeout(turn, every);
  };
  setTimeout(turn, every);
}

/** Gives the buttons of a part their work. */
function ready(part) {
  part.querySelectorAll('[data-copy]').forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const word = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = word; }, 1500);
    });
  });
}

document.querySelectorAll('[data-live]').forEach(follow);
document.querySelectorAll('[data-refresh]').forEach(refresh);
document.querySelectorAll('form[data-submits]').forEach((form) => {
  form.addEventListener('change', () => form.requestSubmit());
});
ready(document);

// In the console `/` finds, `g` and a letter goes somewhere; never while somebody types.
let went = 0;
addEventListener('keydown', (event) => {
  if (!('keys' in document.body.dataset)) return;
  const typing = event.target.closest('input, textarea, select');
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') {
    event.preventDefault();
    document.querySelector('[data-key="/"]')?.focus();
  } else if (event.key === 'g') {
    went = event.timeStamp;
  } else if (event.timeStamp - went < 1000) {
    const to = { o: '/console', s: '/console/sagas', p: '/console/parked', l: '/console/loops',
      i: '/console/invariants' }[event.key];
    if (to) location.assign(to);
  }
});
