YAML from strangers costs nothing and breaks nothing.

  $ printf 'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n' > laughs.yaml; reel validate laughs.yaml 2>&1 | tail -4
  laughs.yaml:6:5: error: the document has more than 100000 values once aliases are expanded [too-many-values]
      6 | f: [*e,*e,*e,*e,*e,*e,*e,*e,*e]
        |     ^~

  $ head -c 3000000 /dev/zero | tr '\0' 'a' > large.yaml; reel validate large.yaml
  large.yaml: error: the file has 3.0 MB; at most 1.0 MB are read [too-large]
  [2]

  $ head -c 100 /dev/urandom > noise.yaml; reel validate noise.yaml > /dev/null 2>&1; echo $?
  2

  $ printf 'reel: 1\nstages:\n\t- uses: source\n' > tabs.yaml; reel validate tabs.yaml
  tabs.yaml:3:1: error: tabs cannot indent YAML [tab]
      3 | \t- uses: source
        | ^~
        hint: use spaces
  [2]

  $ printf 'reel: 1\nname: "a\\x1b[31mred"\nnaem: 1\nstages: []\n' > escape.yaml; reel validate escape.yaml
  escape.yaml:3:1: error: a pipeline has no key 'naem' [unknown-key]
      3 | naem: 1
        | ^~~~
        hint: did you mean 'name'?
  escape.yaml:4:9: error: 'stages' must hold one stage at least [empty-list]
      4 | stages: []
        |         ^
        hint: begin with a source and end with a sink
  [2]

  $ printf 'reel: 1\nreel: 1\nstages:\n  - uses: source\n    uses: sink\n' > twice.yaml; reel validate twice.yaml
  twice.yaml:2:1: error: key 'reel' is given twice [duplicate-key]
      2 | reel: 1
        | ^~~~
        hint: it was first given on line 1
  twice.yaml:5:5: error: key 'uses' is given twice [duplicate-key]
      5 |     uses: sink
        |     ^~~~
        hint: it was first given on line 4
  [2]

  $ printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: a.mp4 }\n  - uses: blur\n    id: a\n    from: b\n  - uses: blur\n    id: b\n    from: a\n  - uses: sink\n    with: { uri: b.mp4 }\n' > cycle.yaml; reel validate cycle.yaml
  cycle.yaml:7:11: error: 'b' stands further down, on line 8: data flow from top to bottom [cycle]
      7 |     from: b
        |           ^
        hint: move that stage up, before this one
  [2]

  $ : > empty.yaml; reel validate empty.yaml
  empty.yaml:1:1: error: the file holds no pipeline: it is empty [no-pipeline]
        hint: see `reel new pipeline` for one to start from
  [2]

  $ cp "$OTHER" film.yaml; reel validate film.yaml
  film.yaml:2:1: error: the file is not valid UTF-8 here [broken-utf8]
      2 | \xff\xb0mdat\x00\x00\x02\xba\x06\x05\xff\xff\xb6\xdcE\xe9\xbd\xe6\xd9H\xb7\x96,\xd8 \xd9#\xee\xefx264 - core 142 r50 dd79a61 - H.264/MPEG-4 AVC codec - Copyleft 2003-2014 - http://www.videolan.org/x264.html - options: cabac=1 ref=3 …
        | ^~~~~~~~
        hint: save it as UTF-8; it may be in another encoding, or not be a text at all
  [2]

  $ (echo 'reel: 1'; echo 'stages:'; for i in $(seq 900); do echo "  - uses: stage-$i"; done) > long.yaml; reel validate long.yaml 2>&1 | tail -2
        hint: `reel inspect` lists all stages
  long.yaml: and 800 more

Nor may there be any number of stages:

  $ (echo 'reel: 1'; echo 'stages:'; for i in $(seq 2000); do echo "  - uses: cut"; done) > longer.yaml; reel validate longer.yaml 2>&1
  longer.yaml:1003:5: error: a pipeline may have 1000 stages, not 2000 [too-many-stages]
   1003 |   - uses: cut
        |     ^
        hint: split it into several pipelines
  [2]
