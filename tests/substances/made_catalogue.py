"""A small made catalogue of substances in the layout of the real one, for tests of loading."""

from __future__ import annotations

from pathlib import Path

FILES: dict[str, list[str]] = {
    "sources": ["key,title,publisher,year", "reg-a,Regulation A,Union,2008", "starter,Own wording,Benigna,2026"],
    "substances": [
        "slug,kind,name,note",
        "bisphenol-a,discrete,Bisphenol A,",
        "bisphenol-f,discrete,Bisphenol F,",
        "benzene,discrete,Benzene,",
    ],
    "identifiers": [
        "substance,scheme,value,source,checked",
        "bisphenol-a,cas,80-05-7,reg-a,file",
        "bisphenol-a,ec,201-245-8,reg-a,file",
        "bisphenol-f,cas,620-92-8,reg-a,file",
        "benzene,cas,71-43-2,reg-a,file",
    ],
    "names": [
        "substance,language,name,kind,source,checked",
        "bisphenol-a,en,Bisphenol A,preferred,reg-a,file",
        "bisphenol-a,pl,bisfenol A,preferred,starter,recalled",
        "bisphenol-a,en,BPA,abbreviation,starter,recalled",
        "benzene,en,Benzene,preferred,reg-a,file",
    ],
    "structures": [
        "substance,smiles,inchikey,source,checked,note",
        "bisphenol-a,CC(C)(c1ccc(O)cc1)c1ccc(O)cc1,IISBACLAFKSPIT-UHFFFAOYSA-N,reg-a,file,",
        "bisphenol-f,Oc1ccc(Cc2ccc(O)cc2)cc1,PXKLMJQFEQBVLD-UHFFFAOYSA-N,reg-a,file,",
        "benzene,c1ccccc1,UHOVQNZJYSORNB-UHFFFAOYSA-N,reg-a,file,",
    ],
    "classifications": [
        "substance,hazard_class,hazard_statement,as_printed,valid_from,source,checked,locator",
        'bisphenol-a,Repr. 1B,H360F,"Repr. 1B, H360F",2018-03-01,reg-a,file,row 1',
    ],
    "flags": [
        "substance,concern,strength,authority,legal_basis,since,source,checked,locator",
        "bisphenol-a,reprotoxic,known_or_presumed,harmonised,Annex A,2018-03-01,reg-a,file,row 1",
        "benzene,carcinogenic,known_or_presumed,harmonised,Annex A,,reg-a,recalled,",
    ],
    "lists": [
        "slug,name,publisher,jurisdiction,effect,legal_basis,url,source",
        "reach-candidate-list,Candidate List,Agency,EU,concern,Article 59,https://example.org/list,reg-a",
    ],
    "memberships": [
        "substance,list,entry_date,reason,how,source,checked,locator",
        "bisphenol-a,reach-candidate-list,2017-01-12,57c,by_name,reg-a,file,row 1",
    ],
    "limits": [
        "substance,kind,averaging,value,unit,also_value,also_unit,jurisdiction,source,checked,locator",
        "benzene,occupational,8h,0.66,mg/m³,0.2,ppm,EU,reg-a,recalled,Annex III",
    ],
    "target_organs": [
        "substance,effect,organ,source,checked,locator",
        "benzene,cancer,blood,reg-a,recalled,table 2",
    ],
    "exposure": ["substance,exposed,source,checked,locator", "benzene,workers,reg-a,recalled,"],
    "biomonitoring": ["substance,matrix,source,checked,locator", "bisphenol-a,urine,reg-a,recalled,"],
    "groups": [
        "- slug: bisphenols",
        "  name: Bisphenols",
        "  definition: Two phenols joined by one carbon atom.",
        "  concern_public_since: 1997",
        "  source: reg-a",
        "  checked: recalled",
        "  rule: {all_of: ['Oc1ccc(cc1)[CX4]c1ccc(O)cc1'], elements_none: [Pb]}",
        "  members: [bisphenol-a]",
        "  non_members: [benzene]",
    ],
}


def write_catalogue(folder: Path, **files: list[str]) -> Path:
    """Writes the made catalogue into `folder`, whole files replaced by those given."""
    folder.mkdir(exist_ok=True)
    for name, lines in (FILES | files).items():
        suffix = "yaml" if name == "groups" else "csv"
        (folder / f"{name}.{suffix}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def without(file: str, *starts: str) -> list[str]:
    """The lines of one file but for those that start so."""
    return [line for line in FILES[file] if not line.startswith(starts)]


def replaced(file: str, old: str, new: str) -> list[str]:
    """The lines of one file with one text in the place of another, which must be there."""
    lines = [line.replace(old, new) for line in FILES[file]]
    assert lines != FILES[file], f"{old!r} is not in {file}"
    return lines
