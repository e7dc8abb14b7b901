"""Writes src/common_passwords.txt: the 3,000 most common passwords that our length rule would accept.

The ranked list comes from the PyPI package zxcvbn 4.5.0 (MIT). Only the first 16 hex digits of each SHA-256 are kept: the list
is full of words that nobody wants in a repository, and a digest is all that a lookup needs.

    pip download --no-deps zxcvbn==4.5.0 && unzip -q zxcvbn-*.whl -d /tmp/zxcvbn
    PYTHONPATH=/tmp/zxcvbn python3 crates/auth/common_passwords.py > crates/auth/src/common_passwords.txt
"""

import hashlib

from zxcvbn.frequency_lists import FREQUENCY_LISTS

LENGTH_MIN = 8
COUNT = 3000
# what people type into a product like this one, whatever its rank elsewhere
OURS = """
password1! password123 password123! p@ssw0rd p@ssw0rd1 p@ssword p@ssword1 passw0rd passw0rd1 passw0rd!
admin123 admin1234 admin12345 administrator admin@123 adminadmin root1234 rootroot welcome1 welcome123 welcome1!
changeme changeme1 changeme123 changeit letmein1 letmein123 qwerty123 qwerty1234 qwerty12345 qwertyuiop1
12345678 123456789 1234567890 0123456789 87654321 11223344 1q2w3e4r 1q2w3e4r5t zaq12wsx abcd1234 abc12345 iloveyou1
junjojunjo junjo123 junjo1234 junjoserver testtest test1234 testing123 secret123 default123 demo1234 opentelemetry
""".split()


def main() -> None:
    ranked = [word.lower() for word in FREQUENCY_LISTS["passwords"] if len(word) >= LENGTH_MIN][:COUNT]
    digests = {hashlib.sha256(word.encode()).hexdigest()[:16] for word in ranked + OURS}
    print("\n".join(sorted(digests)))


if __name__ == "__main__":
    main()
