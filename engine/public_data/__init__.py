"""Public data sets that a profile names: brought, checked, unpacked and imported.

`sets` says how far each one has come, `download` brings a file and goes on with a broken one (`part`),
`archives` unpacks what strangers packed, `fetch` puts these together.

    workspace/downloads/SET/
      FILE                the file, as its hash says; one put there by hand serves as well
      .FILE.part          what came of a download that broke
      .FILE.part.json     of which version of which URL it is
      unpacked/           during an import; stays after one that failed, for people to look at
"""
