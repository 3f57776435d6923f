// Additions to pages that work without this file: live regions keep what the reader opened or typed, streams report that they are stale,
// uploads resume, and login links are exchanged.
(() => {
  'use strict';

  const show = (id, text) => {
    const element = document.getElementById(id);
    if (!element) return;
    if (text && element.id === 'stale') element.textContent = text;
    element.hidden = !text;
  };

  // Morphing keeps an open <details>, and skips a field that has the focus or unsaved text.
  htmx.registerExtension('regions', {
    htmx_before_morph_attr: (element, detail) => !(element.tagName === 'DETAILS' && detail.attrName === 'open'),
    htmx_before_morph_node: element => !(element.matches?.('input, textarea, select')
      && (element === document.activeElement || element.value !== (element.defaultValue ?? element.value))),
  });

  let lastBeat = Date.now();
  const alive = () => {
    lastBeat = Date.now();
    document.body.classList.remove('is-stale');
    show('stale', '');
  };
  const showAge = () => {
    if (document.hidden || !document.getElementById('live')) return;
    const age = Math.round((Date.now() - lastBeat) / 1000);
    if (age < 25) return;
    document.body.classList.add('is-stale');
    show('stale', `Last update ${age} s ago, reconnecting`);
  };
  for (const name of ['beat', 'htmx:sse:after:message', 'htmx:sse:after:connection']) document.addEventListener(name, alive);
  document.addEventListener('htmx:sse:error', () => { lastBeat = Math.min(lastBeat, Date.now() - 25000); showAge(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) lastBeat = Date.now(); });
  document.addEventListener('ended', () => {
    document.getElementById('live')?.remove();
    show('ended', 'ended');
  });
  setInterval(showAge, 1000);

  // Keys: "/" goes to the search.
  document.addEventListener('keydown', event => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select')) return;
    document.getElementById('search')?.focus();
    event.preventDefault();
  });

  // The code of a login link is in the fragment, which is never sent: it is put into the form and posted.
  const login = document.getElementById('login');
  if (login && location.hash.startsWith('#once_')) {
    login.elements.key.value = location.hash.slice(1);
    history.replaceState(null, '', location.pathname + location.search);
    login.requestSubmit();
  }

  // A form with files loads its uploader when a file is first chosen or dragged.
  for (const form of document.querySelectorAll('form[data-upload]')) {
    const files = form.querySelector('input[type=file]');
    let loading;
    const load = () => loading ??= import(form.dataset.client).then(() => import(form.dataset.upload));
    files.addEventListener('change', load);
    addEventListener('dragover', event => { event.preventDefault(); load(); document.body.classList.add('dragging'); });
    addEventListener('dragleave', event => { if (!event.relatedTarget) document.body.classList.remove('dragging'); });
    addEventListener('drop', event => {
      document.body.classList.remove('dragging');
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      files.files = event.dataTransfer.files;
      files.dispatchEvent(new Event('change', { bubbles: true }));
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      load().then(uploader => uploader.submit(form));
    });
  }
})();
