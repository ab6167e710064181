// Shows what needs passkeys where the browser knows them, and says when one could not be used.
// allauth's own scripts (mfa/js/webauthn.js) do the rest.

if (window.PublicKeyCredential) {
  for (const element of document.querySelectorAll("[data-passkeys]")) element.hidden = false;
  for (const element of document.querySelectorAll("[data-no-passkeys]")) element.hidden = true;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const element of document.querySelectorAll("[data-passkey-error]")) element.hidden = false;
});
