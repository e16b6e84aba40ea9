"""`python -m gslb.supervisor SETTINGS`: how `gslb run` becomes the supervisor."""

import sys

from gslb.supervisor.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
