// Sends forms with data-upload; loaded when a file is first chosen or dragged. tus-js-client sends large files and resumes them after a
// break or a reload; the form is then posted with the ids of the uploads.
const concurrency = 3;

// Fewer bytes are sent with the form itself, in one request.
const resumableFrom = 5e6;
const mostFiles = 1000;

const progressOf = form => {
  const status = form.querySelector('.upload');
  const [bar, text] = status.children;
  return { status, bar, text };
};

/** Sends one file and returns the id of its upload. */
async function send(form, file, report) {
  const token = form.elements.form_token.value;
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(file, {
      endpoint: '/uploads/tus',
      headers: { 'X-Form-Token': token },
      metadata: { filename: file.name },
      retryDelays: [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000],
      // Otherwise a finished file that is chosen again would count as sent, without a new upload.
      removeFingerprintOnSuccess: true,
      onProgress: sent => report(sent),
      onError: error => reject(error),
      onSuccess: () => resolve(upload.url.split('/').pop()),
    });
    upload.findPreviousUploads().then(previous => {
      if (previous.length) upload.resumeFromPreviousUpload(previous[0]);
      upload.start();
    }, reject);
  });
}

async function sendAll(form, files) {
  const { bar, text } = progressOf(form);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const sent = files.map(() => 0);
  const ids = [];
  const show = () => {
    const bytes = sent.reduce((sum, each) => sum + each, 0);
    bar.value = 100 * bytes / total;
    text.textContent = `${Math.floor(100 * bytes / total)} % of ${(total / 1e6).toFixed(1)} MB. `
      + 'If the page is closed, choose the same file again to continue.';
  };
  let next = 0;
  const work = async () => {
    while (next < files.length) {
      const place = next++;
      ids[place] = await send(form, files[place], bytes => { sent[place] = bytes; show(); });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return ids;
}

/** Posts the form, with uploads instead of its files if there are any. Returns the reason if it is rejected. */
async function post(form, ids) {
  const data = new FormData(form);
  if (ids.length) {
    data.delete('files');
    data.set('uploads', ids.join(' '));
  }

  const answer = await fetch(form.action, { method: 'POST', body: data });
  if (answer.ok) {
    location.assign(answer.url);
    return null;
  }

  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  return [...page.querySelectorAll('h1, .lead')].map(part => part.textContent).join('. ');
}

function explain(error) {
  const status = error.originalResponse?.getStatus();
  if (!status) return 'The connection broke. The sent part is kept: press the button to continue.';
  try {
    return JSON.parse(error.originalResponse.getBody()).detail;
  } catch {
    return `The upload was rejected with status ${status}.`;
  }
}

/** Handles the submission of a form: uploads its files, then posts it. */
export async function submit(form) {
  const { status, text } = progressOf(form);
  const button = form.querySelector('button:not([form])');
  status.hidden = false;
  button.disabled = true;
  try {
    const files = [...form.querySelector('input[type=file]').files];
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const resumable = size > resumableFrom && files.length <= mostFiles && files.every(file => file.size > 0);
    text.textContent = 'Sending';
    const reason = await post(form, resumable ? await sendAll(form, files) : []);
    if (reason === null) return;
    text.textContent = reason;
  } catch (error) {
    text.textContent = explain(error);
  }

  button.disabled = false;
}
