`reel new` makes something to start from and never writes over anything.

  $ reel new pipeline Wrong_Name

  $ reel new pipeline good

  $ reel validate good.yaml

  $ reel new pipeline good

  $ reel new plugin soft-glow --vendor reel

  $ reel new plugin soft-glow --vendor acme

  $ find soft-glow -type f | sort
