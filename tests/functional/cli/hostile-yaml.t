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
