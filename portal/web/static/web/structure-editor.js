// Drawing aid: loads OpenChemLib when "Draw" is pressed and writes what is drawn into the labelled text field.
// The field stays the primary way: the editor has no keyboard path, and the page works without it.
(function () {
  "use strict";

  /** The molecule written in the field, if it is a molfile or SMILES the editor can read. */
  function readField(ocl, text) {
    if (!text.trim()) return { molecule: new ocl.Molecule(0, 0), read: true };
    try {
      const molecule = text.includes("M  END") ? ocl.Molecule.fromMolfile(text) : ocl.Molecule.fromSmiles(text.trim());
      return { molecule, read: true };
    } catch {
      return { molecule: new ocl.Molecule(0, 0), read: false };
    }
  }

  /** SMILES on one line; a molfile where the drawing cannot be said in SMILES. */
  function written(molecule) {
    if (molecule.getAllAtoms() === 0) return "";
    try {
      return molecule.toIsomericSmiles();
    } catch {
      return molecule.toMolfile();
    }
  }

  async function open(place) {
    const field = place.querySelector("[name=structure]");
    const box = place.querySelector(".editor");
    const button = place.querySelector("[data-draw]");
    const status = place.querySelector("[data-editor-status]");
    if (!place.dataset.editorSrc) {
      status.textContent = place.dataset.editorMissing;
      return;
    }
    status.textContent = place.dataset.editorLoading;
    button.disabled = true;
    let ocl;
    try {
      ocl = await import(new URL(place.dataset.editorSrc, document.baseURI).href);
    } catch {
      status.textContent = place.dataset.editorMissing;
      return;
    } finally {
      button.disabled = false;
    }
    box.hidden = false;
    button.setAttribute("aria-expanded", "true");
    const editor = new ocl.CanvasEditor(box, { initialMode: "molecule" });
    const start = readField(ocl, field.value);
    editor.setMolecule(start.molecule);
    status.textContent = start.read ? place.dataset.editorReady : place.dataset.editorUnread;
    editor.setOnChangeListener((change) => {
      if (change.type !== "molecule" || !change.isUserEvent) return;
      field.value = written(editor.getMolecule());
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    box.editor = editor;
  }

  function toggle(place) {
    const box = place.querySelector(".editor");
    const button = place.querySelector("[data-draw]");
    const status = place.querySelector("[data-editor-status]");
    if (!box.editor) return open(place);
    box.editor.destroy();
    box.editor = null;
    box.replaceChildren();
    box.hidden = true;
    button.setAttribute("aria-expanded", "false");
    status.textContent = "";
    return undefined;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-draw]");
    if (button) toggle(button.closest("[data-structure-field]"));
  });
})();
