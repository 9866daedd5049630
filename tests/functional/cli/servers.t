Commands that speak to a server say what is missing before they say anything to it.

  $ reel cancel 1
  error: no server is named
    hint: use --server URL, or set REEL_SERVER
  [2]

  $ reel fetch 1 --server reel.example.org
  error: the server's address has to begin with https://
    hint: expected something like https://reel.example.org
  [2]

  $ reel fetch 1 --server https://ada:secret@reel.example.org
  error: the server's address holds a user or a password; `reel login` asks for them
    hint: expected something like https://reel.example.org
  [2]

  $ reel pause 1 --server http://127.0.0.1:9
  error: you are not logged in to http://127.0.0.1:9
    hint: `reel login --server http://127.0.0.1:9` does it
  [2]

  $ reel login --server http://reel.example.org --email ada@example.org < /dev/null
  error: everyone on the way to http://reel.example.org could read the token and all files
    hint: use https, or agree by --plain-http
  [2]

  $ reel login --server http://127.0.0.1:9 < /dev/null
  error: nobody says who logs in
    hint: use --email
  [2]

  $ reel login --server http://127.0.0.1:9 --email ada@example.org < /dev/null
  error: the password is empty
    hint: type it, set REEL_PASSWORD, or write it to standard input
  [2]

No connection is an error of its own, and no password or token is in any message.

  $ echo 'correct horse' | reel login --server http://127.0.0.1:9 --email ada@example.org
  error: no connection to http://127.0.0.1:9: Connection refused
    hint: check the address, and that the server is running
  [1]

  $ REEL_TOKEN=s3cret reel jobs --server http://127.0.0.1:9
  error: no connection to http://127.0.0.1:9: Connection refused
    hint: check the address, and that the server is running
  [1]

  $ REEL_SERVER=http://127.0.0.1:9 REEL_TOKEN=s3cret reel logs 1
  error: no connection to http://127.0.0.1:9: Connection refused
    hint: check the address, and that the server is running
  [1]

What is to be sent is looked at first.

  $ REEL_TOKEN=s3cret reel submit nowhere.yaml --server http://127.0.0.1:9
  nowhere.yaml: error: there is no such file [unreadable]
        hint: `reel new pipeline NAME` makes one to start from
  [2]

  $ reel new pipeline first > /dev/null

  $ REEL_TOKEN=s3cret reel submit first.yaml --upload input=nowhere.mp4 --server http://127.0.0.1:9
  error: --upload input: there is no file 'nowhere.mp4'
  [2]

  $ REEL_TOKEN=s3cret reel submit first.yaml --upload nowhere.mp4 --server http://127.0.0.1:9
  error: --upload nowhere.mp4: expected NAME=FILE
    hint: for example --upload input=clip.mp4
  [2]
