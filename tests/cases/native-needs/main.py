import git
import magic

print(git, magic)
