YAML from strangers costs nothing and breaks nothing.

  $ printf 'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n' > laughs.yaml; reel validate laughs.yaml 2>&1 | tail -4

  $ head -c 3000000 /dev/zero | tr '\0' 'a' > large.yaml; reel validate large.yaml

  $ head -c 100 /dev/urandom > noise.yaml; reel validate noise.yaml > /dev/null 2>&1; echo $?

  $ printf 'reel: 1\nstages:\n\t- uses: source\n' > tabs.yaml; reel validate tabs.yaml

  $ printf 'reel: 1\nname: "a\\x1b[31mred"\nnaem: 1\nstages: []\n' > escape.yaml; reel validate escape.yaml
