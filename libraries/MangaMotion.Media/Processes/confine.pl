# Confines this process with Landlock and seccomp, then becomes the program. Both hold for a process and what it starts, never for a
# process that runs already, so something has to stand between fork and exec. Debian and Ubuntu always have perl-base, and it starts
# in a few milliseconds. Landlock.cs and SeccompFilter.cs compute every number.
#
# perl confine.pl PRCTL FILTER FILES NETWORK SCOPES [ACCESS:PATH]... -- PROGRAM [ARGUMENT]...
#   PRCTL                   number of the system call prctl on this processor
#   FILTER                  seccomp program in hexadecimal digits
#   FILES NETWORK SCOPES    what Landlock denies by default, as bit masks; FILES=0 leaves Landlock out
#   ACCESS:PATH             exception: what is allowed below the path, as a bit mask. A path that does not exist is skipped.
use strict;

my ($prctl, $filter, $files, $network, $scopes) = splice @ARGV, 0, 5;
my @rules;
while (defined(my $rule = shift @ARGV)) {
    last if $rule eq '--';
    push @rules, [split /:/, $rule, 2];
}

check('no_new_privs', syscall(0 + $prctl, 38, 1, 0, 0, 0));

if ($files) {
    my $ruleset = check('landlock_create_ruleset', syscall(444, pack('QQQ', $files, $network, $scopes), 24, 0));
    for (@rules) {
        my ($access, $path) = @$_;
        sysopen(my $file, $path, 0x280000) or next;    # O_PATH | O_CLOEXEC
        $access &= 0xC007 unless -d $file;             # a file takes no right of a directory
        check("landlock_add_rule $path", syscall(445, $ruleset, 1, pack('Ql', $access, fileno $file), 0));
    }
    check('landlock_restrict_self', syscall(446, $ruleset, 0));
}

my $program = pack 'H*', $filter;
check('seccomp', syscall(0 + $prctl, 22, 2, pack('S x6 P', length($program) / 8, $program), 0, 0));

exec { $ARGV[0] } @ARGV;
print STDERR "confine: failed to execute $ARGV[0]: $!\n";
exit 127;

sub check {
    my ($call, $result) = @_;
    return $result if $result >= 0;
    print STDERR "confine: $call: $!\n";
    exit 126;
}
